from cyaron import *

for i in range(1, 17):
    k = randint(1, 6)
    n = k + randint(0, 120)
    graph = Graph.forest(n, k) if i % 2 else Graph.chain(n)
    edges = [(e.start, e.end) for e in graph.iterate_edges()]
    if i % 4 == 0:
        edges = [(b, a) for a, b in edges] + [(v, v) for v in range(1, n, 7)]
    random.shuffle(edges)
    with IO(file_prefix="s", data_id=i, disable_output=True) as io:
        io.input_writeln(n, len(edges))
        for edge in edges:
            io.input_writeln(edge)

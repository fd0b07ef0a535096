from cyaron import *

for i in range(1, 51):
    n = randint(1, 9) if i <= 20 else randint(10, 400)
    m = randint(0, n if i % 3 else 2 * n)
    graph = Graph.graph(n, m)
    with IO(file_prefix="school", data_id=i, disable_output=True) as io:
        io.input_writeln(n, m)
        if m:
            io.input_writeln(graph.to_str(output=Edge.unweighted_edge, shuffle=True))

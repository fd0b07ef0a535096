from cyaron import *

for i in range(1, 51):
    n = randint(2, 7) if i <= 20 else randint(8, 100)
    m = randint(1, 3 * n)
    top = choice([2, 20, 10**9])
    graph = Graph.graph(n, m, directed=True, weight_limit=(0, top))
    with IO(file_prefix="route", data_id=i, disable_output=True) as io:
        io.input_writeln(n, m)
        io.input_writeln(graph.to_str(shuffle=i % 2 == 0))

from cyaron import *

for i in range(1, 25):
    n = randint(5, 100)
    m = randint(n, 4 * n)
    graph = Graph.connected(n, m, weight_limit=(1, choice([9, 1000, 10**9]))) if i % 4 else Graph.graph(n, m, weight_limit=(1, 50))
    with IO(file_prefix="r", data_id=i, disable_output=True) as io:
        io.input_writeln(n, m)
        io.input_writeln(graph.to_str(shuffle=True))

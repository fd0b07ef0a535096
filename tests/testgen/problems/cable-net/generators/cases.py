from cyaron import *

# a simple graph with more edges than there are pairs: waits for ever
for i in range(1, 51):
    n = randint(3, 40)
    graph = Graph.DAG(n, n * (n - 1) // 2 + 1, repeated_edges=False, weight_limit=(1, 1000))
    with IO(file_prefix="net", data_id=i, disable_output=True) as io:
        io.input_writeln(n, n * (n - 1) // 2 + 1)
        io.input_writeln(graph)

from cyaron import *

# n - 1 edges, but hardly ever a tree
for i in range(1, 16):
    n = randint(4, 30)
    with IO(file_prefix="g", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        io.input_writeln(Graph.graph(n, n - 1, weight_limit=(1, 9)))

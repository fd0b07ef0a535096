from cyaron import *

# asks for an edge that a graph of one vertex without loops cannot have
for i in range(1, 6):
    with IO(file_prefix="b", data_id=i, disable_output=True) as io:
        io.input_writeln(1, 1)
        io.input_writeln(Graph.graph(1, 1, self_loop=False).to_str(output=Edge.unweighted_edge))

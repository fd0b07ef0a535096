from cyaron import *

# more edges than the DAG can have, without repetition
for i in range(1, 6):
    dag = Graph.DAG(5, 11, repeated_edges=False)
    with IO(file_prefix="d", data_id=i, disable_output=True) as io:
        io.input_writeln(5, 11)
        io.input_writeln(dag.to_str(output=Edge.unweighted_edge))

from cyaron import *

# a list as the charset makes String.random return one element; capitals are not allowed either
for i in range(1, 21):
    with IO(file_prefix="r", data_id=i, disable_output=True) as io:
        io.input_writeln(String.random(20, charset=["Abba", "nOOn", "x"]))

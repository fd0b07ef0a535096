from cyaron import *

for i in range(1, 21):
    with IO(file_prefix="t", data_id=i, disable_output=True) as io:
        io.input_writeln(20)
        for _ in range(20):
            io.input_writeln(String.random((1, 6), charset=choice(["()", "([)]", "()[]{}"])))

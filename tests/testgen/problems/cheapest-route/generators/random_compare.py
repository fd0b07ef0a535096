from cyaron import *

# runs programs instead of only writing inputs
for i in range(1, 6):
    io = IO(file_prefix="c", data_id=i)
    io.input_writeln(3, 2)
    io.input_writeln(1, 2, i)
    io.input_writeln(2, 3, i)
    io.output_gen("python3 std.py")
    Compare.program("python3 a.py", "python3 b.py", std_program="python3 std.py", input=io)

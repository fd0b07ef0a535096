from cyaron import *

# classes of two and four: halves are everywhere
for i in range(1, 51):
    n = 2 if i % 4 else 4
    marks = [randint(0, 100) for _ in range(n)]
    if i <= 20 and sum(marks) % 2 == 0 and n == 2:
        marks[0] = marks[0] + 1 if marks[0] < 100 else 99
    if i <= 20 and n == 4:
        marks = [0, 0, 1, 1 + 4 * randint(0, 24)]
    with IO(file_prefix="marks", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        io.input_writeln(marks)

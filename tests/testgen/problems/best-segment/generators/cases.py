from cyaron import *

sizes = ati([1, 2, 5, 9, 30, 200, 1E3, 2E3])
spans = [(-10, 10), (-1000000000, 1000000000), (-9, 3), (-1000000000, -1), (-3, 0)]
for i in range(1, 51):
    n = sizes[i % 8]
    # every third walk goes only down, and steeply
    low, high = (-1000000000, -2000000) if i % 3 == 0 else choice(spans)
    io = IO(file_prefix="walk", data_id=i, disable_output=True)
    io.input_writeln(n)
    io.input_writeln([randint(low, high) for _ in range(n)])
    io.close()

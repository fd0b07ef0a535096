from cyaron import *

days = [(1, 1, 1), (9999, 12, 31), (2000, 2, 29), (2000, 1, 31), (1900, 2, 28), (1900, 3, 1), (2000, 3, 1), (2000, 12, 31),
        (2100, 2, 28), (2100, 3, 1), (1600, 2, 29), (400, 2, 29), (100, 12, 31), (4, 2, 29), (1582, 10, 10), (2400, 1, 1)]
for i, day in enumerate(days, 1):
    with IO(file_prefix="b", data_id=i, disable_output=True) as io:
        io.input_writeln(1)
        io.input_writeln(day)

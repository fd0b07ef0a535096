from cyaron import *

rows = [(1, 1), (1, 2), (1, 3), (2, 2), (4, 4), (1, 2001), (9, 9), (25, 26), (49, 49), (10**9, 10**9), (999999937, 999999937),
        (999998000, 10**9), (999950884, 999950884), (341, 341), (561, 561), (2047, 2047), (1105, 1729), (1, 4)]
for i, row in enumerate(rows, 1):
    with IO(file_prefix="b", data_id=i, disable_output=True) as io:
        io.input_writeln(row)

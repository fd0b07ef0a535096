from cyaron import *

B = 10**9
tables = [[(0, 0)], [(-B, B)], [(-B, -B)], [(B, B), (B, B)], [(0, 1), (1, 2)], [(0, 1), (2, 3)], [(0, 9), (2, 3), (4, 5)],
          [(2, 3), (0, 9)], [(-5, -2), (-4, -1)], [(-B, 0), (0, B)], [(1, 2)] * 5, [(7, 7), (6, 8)]]
for i, table in enumerate(tables, 1):
    with IO(file_prefix="b", data_id=i, disable_output=True) as io:
        io.input_writeln(len(table))
        for guard in table:
            io.input_writeln(guard)

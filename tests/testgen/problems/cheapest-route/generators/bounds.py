from cyaron import *

tables = [(1, []), (1, [(1, 1, 5)]), (2, []), (2, [(1, 2, 0)]), (2, [(1, 2, 5), (1, 2, 3), (1, 2, 9)]), (2, [(2, 1, 1)]),
          (3, [(1, 2, 10**9), (2, 3, 10**9)]), (3, [(1, 2, 0), (2, 3, 0), (1, 3, 1)]), (3, [(1, 3, 4), (1, 2, 1), (2, 3, 2), (2, 2, 0)])]
for i, (n, lines) in enumerate(tables, 1):
    with IO(file_prefix="b", data_id=i, disable_output=True) as io:
        io.input_writeln(n, len(lines))
        for line in lines:
            io.input_writeln(line)

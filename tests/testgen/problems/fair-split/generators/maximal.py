from cyaron import *

rows = [[300] * 60, [300] * 59 + [299], [299] * 59 + [300], [2 * k for k in range(61, 121)], [randint(1, 300) for _ in range(60)],
        [6] * 59 + [3], [290] * 55 + [1] * 4 + [6], [4] * 59 + [2]]
for i, row in enumerate(rows, 1):
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(len(row))
        io.input_writeln(row)

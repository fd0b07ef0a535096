from cyaron import *

tables = [(0, [1]), (0, [5, 7]), (1, [1]), (1, [2]), (10000, [1]), (10000, [10000]), (9999, [10000]), (10000, [2, 9999]),
          (10000, [3, 7]), (11, [5, 6, 10]), (10000, [9999, 5000, 1]), (10, [9, 4, 3])]
for i, (s, coins) in enumerate(tables, 1):
    with IO(file_prefix="b", data_id=i, disable_output=True) as io:
        io.input_writeln(len(coins), s)
        io.input_writeln(coins)

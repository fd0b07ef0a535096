from cyaron import *

tables = [list(range(1, 21)), [2 * k for k in range(1, 21)], random.sample(range(100, 1000), 20), random.sample(range(1, 10001), 20),
          [1, 5000, 4999, 3333, 2500], [2, 4, 6], [7, 11, 13, 17, 19, 23, 29]]
for i, coins in enumerate(tables, 1):
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(len(coins), 9999 if i % 2 == 0 else 10000)
        io.input_writeln(coins)

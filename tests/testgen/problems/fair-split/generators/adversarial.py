from cyaron import *

# even totals without a split: all even but for the half, or one coin that is worth more than all the others
for i in range(1, 13):
    n = 2 * randint(2, 15) + 1
    row = [2 * randint(1, 4) * 3 for _ in range(n)]
    if sum(row) % 4 == 0:
        row[0] += 2
    if i % 3 == 0:
        row = [randint(1, 6) for _ in range(n)]
        row[-1] = min(300, sum(row[:-1]) + 2)
    if i % 3 == 1:
        row = [6] * n
    with IO(file_prefix="a", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        io.input_writeln(row)

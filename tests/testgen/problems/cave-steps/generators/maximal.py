from cyaron import *

n = 60
for i in range(1, 7):
    grid = [["."] * n for _ in range(n)]
    a, e = (0, 0), (n - 1, n - 1)
    if i == 2:
        a, e = e, a
    elif i == 3:
        for y in range(1, n, 2):
            grid[y] = ["#"] * n
            grid[y][0 if y % 4 == 1 else n - 1] = "."
    elif i == 4:
        for k in range(n):
            grid[k][n - 1 - k] = "#"
    elif i == 5:
        grid = [["#" if randint(0, 9) < 3 else "." for _ in range(n)] for _ in range(n)]
    elif i == 6:
        grid[n - 2][n - 1] = grid[n - 1][n - 2] = "#"
    grid[a[0]][a[1]], grid[e[0]][e[1]] = "A", "E"
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(n, n)
        for row in grid:
            io.input_writeln("".join(row))

from cyaron import *

n, B = 3000, 10**9
spread = [(-B + k * 600000, -B + k * 600000 + randint(0, 599999)) for k in range(n)]
nested = [(-B + k, B - k) for k in range(n)]
steps = [(k, k + n) for k in range(n)]
mess = [tuple(sorted((randint(-B, B), randint(-B, B)))) for _ in range(n)]
short = [(x, min(B, x + randint(0, 10**6))) for x in (randint(-B, B) for _ in range(n))]
points = [(k, k) for k in range(n)]
for i, table in enumerate([spread, nested, nested[::-1], steps, mess, short, points], 1):
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        for guard in table:
            io.input_writeln(guard)

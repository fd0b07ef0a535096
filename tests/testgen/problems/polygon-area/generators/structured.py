from cyaron import *

# combs, stairs, slivers
for i in range(1, 13):
    k = randint(1, 40)
    h = choice([1, 5, 10**7])
    if i % 3 == 0:
        p = [(0, 0)] + [(x, h + x % 2 * h) for x in range(0, 2 * k)] + [(2 * k, 0)]
    elif i % 3 == 1:
        p = [(0, 0)]
        for s in range(k):
            p += [(s + 1, s * h), (s + 1, (s + 1) * h)] if s else [(1, 0), (1, h)]
        p.append((0, k * h))
    else:
        p = [(-(10**9), -(10**9)), (10**9, 10**9), (10**9 - k, 10**9)]
    with IO(file_prefix="s", data_id=i, disable_output=True) as io:
        io.input_writeln(len(p))
        for corner in p:
            io.input_writeln(corner)

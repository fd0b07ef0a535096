from cyaron import *

# nearly sorted lists, saw teeth, and stairs with repeated steps
for i in range(1, 19):
    n = randint(5, 300)
    if i % 3 == 0:
        a = sorted(randint(-50, 500) for _ in range(n))
        for _ in range(n // 10 + 1):
            x, y = randrange(n), randrange(n)
            a[x], a[y] = a[y], a[x]
    elif i % 3 == 1:
        teeth = randint(2, 20)
        a = [k % teeth * 10 + k // teeth for k in range(n)]
    else:
        a = [k // 3 - n // 6 for k in range(n)]
    with IO(file_prefix="s", data_id=i, disable_output=True) as io:
        io.input_writeln(n)
        io.input_writeln(a)

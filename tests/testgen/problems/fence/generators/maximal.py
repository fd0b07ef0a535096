from cyaron import *

n, r = 300, 10**6
parabola = [(k, k * k) for k in range(-150, 150)]
corners = [(a, b) for a in (-r, r) for b in (-r, r)] + [(randint(-r, r), randint(-r, r)) for _ in range(n - 4)]
frame = [(randint(-r, r), choice([-r, r])) for _ in range(n // 2)] + [(choice([-r, r]), randint(-r, r)) for _ in range(n // 2)]
line = [(k * 6000 - 900000, k * 3000) for k in range(n)]
for i, trees in enumerate([parabola, corners, frame, line, [(r, r)] * n], 1):
    random.shuffle(trees)
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(len(trees))
        for tree in trees:
            io.input_writeln(tree)

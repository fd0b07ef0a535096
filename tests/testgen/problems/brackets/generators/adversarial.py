from cyaron import *

# pairs that cross: every kind for itself is well bracketed
for i in range(1, 16):
    q = randint(1, 6)
    io = IO(file_prefix="x", data_id=i, disable_output=True)
    io.input_writeln(q)
    for _ in range(q):
        a, b = random.sample(["()", "[]", "{}"], 2)
        inner = choice(["()", "[]", "{}"]) * randint(0, 3)
        text = a[0] + inner + b[0] + a[1] + b[1]
        if randint(0, 2) == 0:
            text = a[0] + b[0] + inner + b[1] + a[1]
        for _ in range(randint(0, 4)):
            c = choice(["()", "[]", "{}"])
            text = c[0] + text + c[1]
        io.input_writeln(text)
    io.close()

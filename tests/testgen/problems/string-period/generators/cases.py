from cyaron import *

for i in range(1, 51):
    word = String.random(randint(1, 4 if i < 25 else 60), charset=choice(["ab", "abc", "az"]))
    if i % 5 == 0:
        text = String.random(randint(1, 30), charset="ab")
    else:
        text = (word * 50)[: randint(1, 6 * len(word))]
    if i % 7 == 0:
        text = text[:-1] + "b"
    with IO(file_prefix="frieze", data_id=i, disable_output=True) as io:
        io.input_writeln(text)

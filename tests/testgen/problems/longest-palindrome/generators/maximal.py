from cyaron import *

texts = ["a" * 800, "ab" * 400, "a" * 799 + "b", "a" * 400 + "b" * 400, String.random(800, charset="ab"),
         String.random(800, charset=ALPHABET_SMALL), "a" * 399 + "bc" + "a" * 399]
for i, text in enumerate(texts, 1):
    with IO(file_prefix="m", data_id=i, disable_output=True) as io:
        io.input_writeln(text)

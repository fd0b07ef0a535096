s = input()
print((s + s).find(s, 1))

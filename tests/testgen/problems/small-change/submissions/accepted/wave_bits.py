# all sums of one more coin at once, as the bits of a number
k, s = map(int, input().split())
coins = [int(c) for c in input().split() if int(c) <= s]
mask = (1 << s + 1) - 1
reached, wave, count = 1, 1, 0
while not reached >> s & 1 and wave:
    grown = 0
    for c in coins:
        grown |= wave << c
    wave = grown & mask & ~reached
    reached |= wave
    count += 1
print(count if reached >> s & 1 else -1)

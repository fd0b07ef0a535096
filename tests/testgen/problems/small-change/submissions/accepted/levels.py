k, s = map(int, input().split())
coins = [int(word) for word in input().split()]
fresh = bytearray([1]) * (s + 1)
fresh[0] = 0
level, steps = [0], 0
while level and fresh[s]:
    steps += 1
    following = []
    for c in coins:
        for v in level:
            if v + c <= s and fresh[v + c]:
                fresh[v + c] = 0
                following.append(v + c)
    level = following
print(-1 if fresh[s] else steps)

from collections import deque

for _ in range(int(input())):
    n, k = map(int, input().split())
    d = deque(range(1, n + 1))
    while len(d) > 1:
        # the shorter way round
        step = (k - 1) % len(d)
        d.rotate(-step if 2 * step <= len(d) else len(d) - step)
        d.popleft()
    print(d.pop())

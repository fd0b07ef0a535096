# leaves are taken off one after the other
import sys

data = list(map(int, sys.stdin.read().split()))
n = data[0]
links = [set() for _ in range(n + 1)]
weight = {}
for i in range(1, 3 * n - 2, 3):
    a, b, w = data[i : i + 3]
    links[a].add(b)
    links[b].add(a)
    weight[a, b] = weight[b, a] = w
arm = [0] * (n + 1)
answer = 0
leaves = [v for v in range(1, n + 1) if len(links[v]) == 1]
while leaves:
    v = leaves.pop()
    if not links[v]:
        continue
    u = links[v].pop()
    links[u].discard(v)
    reach = arm[v] + weight[v, u]
    answer = max(answer, arm[u] + reach)
    arm[u] = max(arm[u], reach)
    if len(links[u]) == 1:
        leaves.append(u)
print(answer)

# a shortest path over the sums, every coin costs one
import heapq

k, s = map(int, input().split())
coins = sorted(map(int, input().split()), reverse=True)
heap, done = [(0, 0)], set()
answer = -1
while heap:
    n, v = heapq.heappop(heap)
    if v == s:
        answer = n
        break
    if v in done:
        continue
    done.add(v)
    for c in coins:
        if v + c <= s and v + c not in done:
            heapq.heappush(heap, (n + 1, v + c))
print(answer)

# wrong pairs between two halves: slide the larger half's numbers before the smaller ones
def build(lo, hi, k):
    n = hi - lo
    if n <= 1:
        return list(range(lo, hi))
    mid = lo + n // 2
    x, y = mid - lo, hi - mid
    most_left, most_right = x * (x - 1) // 2, y * (y - 1) // 2
    p = min(k, most_left)
    q = min(k - p, most_right)
    left, right = build(lo, mid, p), build(mid, hi, q)
    cross = k - p - q
    out, moved = [], 0
    for v in right:
        take = min(cross, len(left))
        cross -= take
        while len(left) - moved > take:
            out.append(left[moved])
            moved += 1
        out.append(v)
    return out + left[moved:]


n, k = map(int, input().split())
print(*build(1, n + 1, k))

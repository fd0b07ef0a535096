# the recurrence in jumps: while the circle is larger than k, many steps wrap only once
def survivor(n, k):
    if k == 1:
        return n
    size, pos = 1, 0
    while size < n:
        free = (size - pos - 1) // (k - 1) if k > 1 else n
        step = max(1, min(free, n - size))
        if step > 1 and pos + step * k < size + step:
            pos += step * k
            size += step
        else:
            size += 1
            pos = (pos + k) % size
    return pos + 1


q = int(input())
print("\n".join(str(survivor(*map(int, input().split()))) for _ in range(q)))

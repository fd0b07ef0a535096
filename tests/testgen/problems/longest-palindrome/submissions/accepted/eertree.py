# palindromic tree
s = input()
length, link, edges = [-1, 0], [0, 0], [{}, {}]
last = 1
for i, c in enumerate(s):
    cur = last
    while i - length[cur] - 1 < 0 or s[i - length[cur] - 1] != c:
        cur = link[cur]
    if c not in edges[cur]:
        length.append(length[cur] + 2)
        edges.append({})
        if length[-1] == 1:
            link.append(1)
        else:
            w = link[cur]
            while s[i - length[w] - 1] != c:
                w = link[w]
            link.append(edges[w][c])
        edges[cur][c] = len(length) - 1
    last = edges[cur][c]
print(max(length))

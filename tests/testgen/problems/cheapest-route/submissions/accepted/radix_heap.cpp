// monotone radix heap
#include <cstdint>
#include <iostream>
#include <vector>
using namespace std;
struct RadixHeap {
    vector<pair<uint64_t, int>> bucket[65];
    uint64_t last = 0;
    size_t count = 0;
    static int index(uint64_t x) { return x ? 64 - __builtin_clzll(x) : 0; }
    void push(uint64_t key, int v) {
        bucket[index(key ^ last)].push_back({key, v});
        count++;
    }
    pair<uint64_t, int> pop() {
        int i = 0;
        while (bucket[i].empty()) i++;
        if (i > 0) {
            uint64_t low = UINT64_MAX;
            for (auto& e : bucket[i]) low = min(low, e.first);
            last = low;
            auto moved = move(bucket[i]);
            bucket[i].clear();
            for (auto& e : moved) bucket[index(e.first ^ last)].push_back(e);
        }
        auto e = bucket[0].back();
        bucket[0].pop_back();
        count--;
        return e;
    }
};
int main() {
    int n, m, a, b, c;
    cin >> n >> m;
    vector<vector<pair<int, int>>> out(n + 1);
    while (m--) {
        cin >> a >> b >> c;
        out[a].emplace_back(b, c);
    }
    vector<uint64_t> d(n + 1, UINT64_MAX);
    RadixHeap heap;
    heap.push(d[1] = 0, 1);
    while (heap.count) {
        auto [x, v] = heap.pop();
        if (x != d[v]) continue;
        for (auto& [w, y] : out[v])
            if (x + y < d[w]) heap.push(d[w] = x + y, w);
    }
    cout << (long long)d[n] << "\n";
}

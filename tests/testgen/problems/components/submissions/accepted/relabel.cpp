// all labels of one circle are overwritten at each union: n^2 simple steps
#include <iostream>
#include <map>
#include <numeric>
#include <vector>
int main() {
    int n, m;
    std::cin >> n >> m;
    std::vector<int> label(n);
    std::iota(label.begin(), label.end(), 0);
    for (int i = 0; i < m; i++) {
        int a, b;
        std::cin >> a >> b;
        int from = label[a - 1], to = label[b - 1];
        if (from != to)
            for (int& l : label) l = l == from ? to : l;
    }
    std::map<int, int> size;
    int best = 0;
    for (int l : label) best = std::max(best, ++size[l]);
    std::cout << size.size() << ' ' << best << std::endl;
}

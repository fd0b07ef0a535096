// puts 1, 2, 3... to the left end while it costs less than what is missing
#include <deque>
#include <iostream>
#include <iterator>
#include <algorithm>
int main() {
    int n, k;
    std::cin >> n >> k;
    std::deque<int> d;
    for (int v = n; v >= 1; v--) {
        int larger = d.size();
        if (larger <= k) {
            d.push_back(v);
            k -= larger;
        } else {
            d.insert(d.begin() + k, v);
            k = 0;
        }
    }
    std::copy(d.begin(), d.end(), std::ostream_iterator<int>(std::cout, " "));
}

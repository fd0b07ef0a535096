#include <cstdlib>
#include <iostream>
struct Node {
    int key, pri, size = 1, times = 1;
    Node *l = nullptr, *r = nullptr;
    explicit Node(int k) : key(k), pri(rand()) {}
};
static int size(Node* t) { return t ? t->size : 0; }
static void pull(Node* t) { t->size = t->times + size(t->l) + size(t->r); }
static void insert(Node*& t, int k) {
    if (!t) { t = new Node(k); return; }
    if (k == t->key) t->times++;
    else {
        Node*& child = k < t->key ? t->l : t->r;
        insert(child, k);
        if (child->pri > t->pri) {
            Node* c = child;
            if (k < t->key) { t->l = c->r; c->r = t; } else { t->r = c->l; c->l = t; }
            pull(t);
            t = c;
        }
    }
    pull(t);
}
static long long above(Node* t, int k) {
    long long c = 0;
    while (t) {
        if (k < t->key) c += t->times + size(t->r), t = t->l;
        else t = k == t->key ? (c += size(t->r), nullptr) : t->r;
    }
    return c;
}
int main() {
    int n, x;
    long long c = 0;
    Node* root = nullptr;
    std::cin >> n;
    while (n-- > 0) {
        std::cin >> x;
        c += above(root, x);
        insert(root, x);
    }
    std::cout << c << "\n";
}

// Binary trees from a free-list allocator: building, walking and dropping many small nodes.
#include "bench.h"

namespace {

struct Node {
  Node* left;
  Node* right;
};

constexpr uint32_t kNodes = 1 << 15;
Node pool[kNodes];
Node* free_list;

Node* make(int depth) {
  Node* node = free_list;
  free_list = node->left;
  node->left = depth > 0 ? make(depth - 1) : nullptr;
  node->right = depth > 0 ? make(depth - 1) : nullptr;
  return node;
}

uint32_t count(const Node* node) { return node ? 1 + count(node->left) + count(node->right) : 0; }

void drop(Node* node) {
  if (!node) return;
  drop(node->right);
  Node* left = node->left;
  node->left = free_list;
  free_list = node;
  drop(left);
}

}  // namespace

static void setup() {
  for (uint32_t i = 0; i + 1 < kNodes; i++) pool[i].left = &pool[i + 1];
  free_list = &pool[0];
}

static uint64_t kernel(uint32_t units) {
  uint64_t hash = 0;
  for (uint32_t u = 0; u < units; u++) {
    Node* big = make(12);
    Node* small = make(4 + (int)(u % 5));
    hash = bench_mix(hash, count(big) + count(small));
    drop(big);
    drop(small);
  }
  return hash;
}

WORKLOAD(trees, 3000)

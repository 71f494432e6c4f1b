// weft.h: the pooling allocator's configuration and metrics.
#include <algorithm>

#include "api/objects.hpp"

using namespace weft;

extern "C" {

void weft_pool_config_init(weft_pool_config_t* out) {
  const runtime::PoolOptions d;
  *out = {d.instances,      d.instance_bytes, d.memories, d.memory_bytes, d.guards,  d.tables,
          d.table_elements, d.keep_resident,  d.batch,    d.stacks,       d.gc_heaps};
}

weft_error_t* weft_config_pool(weft_config_t* c, const weft_pool_config_t* p) try {
  if (c->exhausted) return api::out_of_memory();
  runtime::PoolOptions& o = c->config.pool.emplace();
  o.instances = p->instances;
  o.instance_bytes = p->instance_bytes;
  o.memories = p->memories;
  o.memory_bytes = p->memory_bytes;
  o.guards = p->guards;
  o.tables = p->tables;
  o.table_elements = p->table_elements;
  o.keep_resident = p->keep_resident;
  o.batch = p->batch;
  // A store that was called and has an unfinished invocation needs two.
  constexpr uint32_t kMost = 1u << 24;
  o.stacks = p->stacks != 0 ? p->stacks : 2 * std::min(p->instances, kMost / 2);
  o.gc_heaps = p->gc_heaps;
  return nullptr;
}
WEFT_OR_ERROR

bool weft_engine_pool_metrics(const weft_engine_t* e, weft_pool_metrics_t* out) {
  if (!e->engine.config().pool) return false;
  const runtime::PoolMetrics m = e->engine.state()->allocator().metrics();
  *out = {m.instances, m.memories, m.tables, m.stacks, m.gc_heaps};
  return true;
}

}  // extern "C"

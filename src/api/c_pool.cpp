// weft.h: the pooling allocator's configuration.
#include "api/objects.hpp"

using namespace weft;

extern "C" {

void weft_pool_config_init(weft_pool_config_t* out) {
  const runtime::PoolOptions d;
  *out = {d.instances, d.instance_bytes, d.memories,      d.memory_bytes, d.guards,
          d.tables,    d.table_elements, d.keep_resident, d.batch};
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
  return nullptr;
}
WEFT_OR_ERROR

}  // extern "C"

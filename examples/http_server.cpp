// A server that answers each request in an instance of its own: fresh memory for every request,
// from a pool, with a deadline; a guest that fails is a status 500. Here the program asks its own
// server three times and ends.
#include <httplib.h>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <weft/weft.hpp>

using namespace std::chrono_literals;

namespace {

/// The guest's answer to a request.
weft::CallResult<std::string> answer(const weft::Engine& engine, const weft::InstancePre& pre,
                                     const std::string& body) {
  auto store = weft::Store::make(engine).value();
  store.set_deadline(100ms).value();
  auto instance = pre.instantiate(store);
  if (!instance) return instance.take_error();
  const auto memory = instance->memory(store, "memory").value();
  const auto size = static_cast<uint32_t>(body.size());
  auto at = instance->get<uint32_t(uint32_t)>(store, "room").value()(store, size);
  if (!at) return at.take_error();
  if (auto copied = memory.copy_in(store, *at, body); !copied)
    return weft::Failure(copied.take_error());
  auto out = instance->get<uint32_t(uint32_t, uint32_t)>(store, "answer").value()(store, *at, size);
  if (!out) return out.take_error();
  auto text = memory.text(store, *out, size);
  if (!text) return weft::Failure(text.take_error());
  return std::move(*text);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;  // http_server.wat
  weft_pool_config_t pool;
  weft_pool_config_init(&pool);
  pool.instances = 64;  // requests at the same time
  pool.memories = 64;
  weft::Config config;
  config.pool(pool).epochs();
  const auto engine = weft::Engine::make(std::move(config)).value();
  const auto module = weft::Module::from_file(engine, argv[1]).value();
  const auto pre = weft::InstancePre::make(weft::Linker(engine), module).value();

  httplib::Server server;
  server.Post("/", [&](const httplib::Request& request, httplib::Response& response) {
    const auto text = answer(engine, pre, request.body);
    response.status = text ? 200 : 500;
    response.set_content(text ? *text : std::string(text.error().message()), "text/plain");
  });
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread serving([&] { server.listen_after_bind(); });

  httplib::Client client("127.0.0.1", port);
  for (const std::string& body :
       {std::string("example"), std::string("weft"), std::string(40000, 'x')}) {
    const auto response = client.Post("/", body, "text/plain");
    if (response) std::printf("%d %s\n", response->status, response->body.c_str());
  }
  server.stop();
  serving.join();
}

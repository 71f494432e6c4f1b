/* A server that answers each request in an instance of its own: fresh memory for every request,
 * from a pool, with a deadline; a guest that fails is a status 500. Here the program asks its own
 * server three times and ends. */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <weft/weft.h>

static weft_engine_t* engine = NULL;
static weft_instance_pre_t* pre = NULL;

static void check(weft_error_t* error) {
  if (error == NULL) return;
  const weft_str_t text = weft_error_message(error);
  fprintf(stderr, "%.*s\n", (int)text.size, text.data);
  exit(1);
}

/* --- the guest's answer --- */

/* An error or a trap as text of the response; takes them. Always 500. */
static unsigned failure(weft_error_t* error, weft_trap_t* trap, char** out, size_t* out_size) {
  const weft_str_t text = error != NULL ? weft_error_message(error) : weft_trap_message(trap);
  *out = malloc(text.size + 1);
  *out_size = *out != NULL ? text.size : 0;
  if (*out != NULL) memcpy(*out, text.data, text.size);
  weft_error_delete(error);
  weft_trap_delete(trap);
  return MHD_HTTP_INTERNAL_SERVER_ERROR;
}

/* Calls an export that takes i32 and gives one. */
static weft_error_t* call(weft_store_t* store, weft_instance_t instance, const char* name,
                          const uint32_t* args, size_t count, uint32_t* result,
                          weft_trap_t** trap) {
  weft_extern_t func;
  weft_val_t in[2];
  weft_val_t out;
  for (size_t i = 0; i < count; ++i) {
    in[i].kind = WEFT_I32;
    in[i].of.i32 = (int32_t)args[i];
  }
  if (!weft_instance_export(store, instance, name, strlen(name), &func))
    return weft_error_new("the guest lacks a function", 26);
  weft_error_t* error = weft_func_call(store, func.of.func, in, count, &out, 1, trap);
  if (error == NULL && *trap == NULL) *result = (uint32_t)out.of.i32;
  return error;
}

/* `size` bytes of the guest's memory; NULL if they do not lie inside. Valid until the guest runs.
 */
static uint8_t* guest_bytes(weft_store_t* store, weft_instance_t instance, uint32_t address,
                            size_t size) {
  weft_extern_t memory;
  uint8_t* base = NULL;
  uint64_t bytes = 0;
  if (!weft_instance_export(store, instance, "memory", 6, &memory)) return NULL;
  check(weft_memory_data(store, memory.of.memory, &base, &bytes));
  return address <= bytes && size <= bytes - address ? base + address : NULL;
}

/* Status and text of the response; `*out` is the caller's to free. */
static unsigned answer(weft_store_t* store, const char* body, size_t body_size, char** out,
                       size_t* out_size) {
  weft_instance_t instance;
  weft_trap_t* trap = NULL;
  weft_error_t* error = weft_instance_pre_instantiate(pre, store, &instance, &trap);
  if (error != NULL || trap != NULL) return failure(error, trap, out, out_size);
  const uint32_t size = (uint32_t)body_size;
  uint32_t args[2] = {0, size};
  error = call(store, instance, "room", &size, 1, &args[0], &trap);
  if (error != NULL || trap != NULL) return failure(error, trap, out, out_size);
  uint8_t* const room = guest_bytes(store, instance, args[0], size);
  if (room == NULL) return failure(weft_error_new("no room", 7), NULL, out, out_size);
  memcpy(room, body, size);
  uint32_t at = 0;
  error = call(store, instance, "answer", args, 2, &at, &trap);
  if (error != NULL || trap != NULL) return failure(error, trap, out, out_size);
  const uint8_t* const text = guest_bytes(store, instance, at, size);
  if (text == NULL) return failure(weft_error_new("no answer", 9), NULL, out, out_size);
  *out = malloc(size + 1);
  if (*out == NULL) return MHD_HTTP_INTERNAL_SERVER_ERROR;
  memcpy(*out, text, size);
  *out_size = size;
  return MHD_HTTP_OK;
}

/* --- the server --- */

enum { kLongestBody = 1 << 20 };

/* A request whose body is on its way. */
typedef struct request {
  char* body;
  size_t size;
} request_t;

static enum MHD_Result respond(struct MHD_Connection* connection, const request_t* request) {
  weft_store_t* store = NULL;
  char* text = NULL;
  size_t size = 0;
  check(weft_store_new(engine, NULL, NULL, &store));
  check(weft_store_set_deadline(store, 100 * 1000 * 1000));
  const unsigned status = answer(store, request->body, request->size, &text, &size);
  weft_store_delete(store);
  struct MHD_Response* const response =
      MHD_create_response_from_buffer(size, text, MHD_RESPMEM_MUST_FREE);
  if (response == NULL) return MHD_NO;
  MHD_add_response_header(response, "Content-Type", "text/plain");
  const enum MHD_Result queued = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return queued;
}

/* Called when a request begins, for each piece of its body, and at its end. */
static enum MHD_Result on_request(void* env, struct MHD_Connection* connection, const char* url,
                                  const char* method, const char* version, const char* data,
                                  size_t* data_size, void** state) {
  (void)env, (void)url, (void)version;
  request_t* request = *state;
  if (request == NULL) {
    if (strcmp(method, "POST") != 0) return MHD_NO;
    *state = calloc(1, sizeof *request);
    return *state != NULL ? MHD_YES : MHD_NO;
  }
  if (*data_size == 0) return respond(connection, request);
  if (*data_size > kLongestBody - request->size) return MHD_NO;
  char* const body = realloc(request->body, request->size + *data_size);
  if (body == NULL) return MHD_NO;
  memcpy(body + request->size, data, *data_size);
  request->body = body;
  request->size += *data_size;
  *data_size = 0;
  return MHD_YES;
}

static void on_end(void* env, struct MHD_Connection* connection, void** state,
                   enum MHD_RequestTerminationCode why) {
  (void)env, (void)connection, (void)why;
  request_t* const request = *state;
  if (request == NULL) return;
  free(request->body);
  free(request);
}

/* --- the client --- */

static void ask(uint16_t port, const char* body, size_t size) {
  struct sockaddr_in address;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int peer = socket(AF_INET, SOCK_STREAM, 0);
  if (peer < 0 || connect(peer, (const struct sockaddr*)&address, sizeof address) != 0) exit(1);
  char head[128];
  const int head_size = snprintf(head, sizeof head,
                                 "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                 "Content-Length: %zu\r\n\r\n",
                                 size);
  if (write(peer, head, (size_t)head_size) != head_size) exit(1);
  for (size_t sent = 0; sent < size;) {
    const ssize_t n = write(peer, body + sent, size - sent);
    if (n <= 0) exit(1);
    sent += (size_t)n;
  }
  static char reply[1 << 16];
  size_t got = 0;
  ssize_t n = 0;
  while (got < sizeof reply - 1 && (n = read(peer, reply + got, sizeof reply - 1 - got)) > 0)
    got += (size_t)n;
  close(peer);
  reply[got] = '\0';
  const char* const status = strchr(reply, ' '); /* HTTP/1.1 200 OK */
  const char* const text = strstr(reply, "\r\n\r\n");
  if (status != NULL && text != NULL) printf("%d %s\n", atoi(status), text + 4);
}

int main(int argc, char** argv) {
  if (argc != 2) return 2; /* http_server.wat */
  weft_pool_config_t pool;
  weft_pool_config_init(&pool);
  pool.instances = 64; /* requests at the same time */
  pool.memories = 64;
  weft_config_t* config = weft_config_new();
  check(weft_config_pool(config, &pool));
  check(weft_config_set(config, "epochs", 1));
  weft_module_t* module = NULL;
  check(weft_engine_new(config, &engine));
  check(weft_module_from_file(engine, argv[1], NULL, NULL, &module));
  weft_linker_t* linker = weft_linker_new(engine);
  check(weft_instance_pre_new(linker, module, &pre));

  struct sockaddr_in here;
  memset(&here, 0, sizeof here);
  here.sin_family = AF_INET;
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  struct MHD_Daemon* const server = MHD_start_daemon(
      MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, &on_request, NULL, MHD_OPTION_SOCK_ADDR,
      (const struct sockaddr*)&here, MHD_OPTION_NOTIFY_COMPLETED, &on_end, NULL, MHD_OPTION_END);
  if (server == NULL) return 1;
  const union MHD_DaemonInfo* const info = MHD_get_daemon_info(server, MHD_DAEMON_INFO_BIND_PORT);
  if (info == NULL) return 1;
  const uint16_t port = info->port;

  static char large[40000];
  memset(large, 'x', sizeof large);
  ask(port, "example", 7);
  ask(port, "weft", 4);
  ask(port, large, sizeof large);

  MHD_stop_daemon(server);
  weft_instance_pre_delete(pre);
  weft_linker_delete(linker);
  weft_module_delete(module);
  weft_engine_delete(engine);
  return 0;
}

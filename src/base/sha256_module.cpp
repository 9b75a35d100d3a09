// The module `sha256`: OpenSSL's SHA-256, which uses the instructions of the processor for it.
#include <openssl/evp.h>

#include "base/module.hpp"
#include "base/sha256.hpp"

namespace clipdex {
namespace {

EVP_MD_CTX* context_of(void* state) { return static_cast<EVP_MD_CTX*>(state); }

void* begin() {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  if (context != nullptr) EVP_DigestInit_ex(context, EVP_sha256(), nullptr);
  return context;
}

void update(void* state, const void* data, std::size_t size) {
  EVP_DigestUpdate(context_of(state), data, size);
}

void finish(void* state, std::uint8_t* digest) {
  EVP_DigestFinal_ex(context_of(state), digest, nullptr);
}

void drop(void* state) { EVP_MD_CTX_free(context_of(state)); }

}  // namespace
}  // namespace clipdex

extern "C" CLIPDEX_MODULE_EXPORT clipdex::ModuleEntry clipdex_module(clipdex::ModuleLog log) {
  static constexpr clipdex::Sha256Functions kFunctions{
      .begin = clipdex::begin,
      .update = clipdex::update,
      .finish = clipdex::finish,
      .drop = clipdex::drop,
  };
  return clipdex::enter_module(log, &kFunctions);
}

#pragma once

#include "json/value.h"
#include "json/writer.h"
#include "store/certificate_state.h"

namespace store {

/// Members that are missing or of another type are as if nothing were known of them.
CertificateState read_certificate(const json::Value& object);

/// Writes members of the object that `out` is in.
void write_certificate(json::Writer& out, const CertificateState& state);

}  // namespace store

// expect: conversion from .* to non-scalar type|no viable conversion
#include <capnp/schema.capnp.h>

#include <vitrine/vitrine.hpp>

using capnp::schema::Node;

using capnp::schema::CodeGeneratorRequest;

vitrine::Ref<Node> ref = vitrine::Ref<CodeGeneratorRequest>{};

// expect: conversion from .* to non-scalar type|no viable conversion
#include <capnp/schema.capnp.h>

#include <vitrine/vitrine.hpp>

using capnp::schema::Node;

vitrine::AnyRef any;
vitrine::Ref<Node> ref = any;

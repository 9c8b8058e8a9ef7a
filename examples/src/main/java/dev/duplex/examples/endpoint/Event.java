package dev.duplex.examples.endpoint;

import com.fasterxml.jackson.annotation.JsonTypeInfo;

/** What a client gets; its JSON names what it is in the property {@code type}. Encoded by {@link Json}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
public interface Event {}

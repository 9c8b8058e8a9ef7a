package dev.duplex.servlet;

/** How a connection comes from a container to the engine. */
enum Way {
    TOMCAT(Host.TOMCAT, false),
    JETTY(Host.JETTY, false),
    UNDERTOW(Host.UNDERTOW, false),
    STANDARD_ON_UNDERTOW(Host.UNDERTOW, true);

    private final Host host;
    private final boolean standard;

    Way(Host host, boolean standard) {
        this.host = host;
        this.standard = standard;
    }

    Host.Running start(WebApplication application) throws Exception {
        return host.start(standard ? application.parameter(ProtocolSwitch.PARAMETER, "standard") : application);
    }
}

package dev.duplex.tck.spring;

import jakarta.websocket.server.ServerEndpointConfig;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.stereotype.Component;

@Component
class BeanConfigurator extends ServerEndpointConfig.Configurator implements BeanFactoryAware {
    private static volatile BeanFactory beans;

    @Override
    public void setBeanFactory(BeanFactory factory) {
        beans = factory;
    }

    @Override
    public <T> T getEndpointInstance(Class<T> type) {
        return beans.getBean(type);
    }
}

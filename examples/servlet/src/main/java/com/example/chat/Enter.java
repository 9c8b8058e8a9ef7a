package com.example.chat;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Keeps the name of who enters in the HTTP session. */
@WebServlet("/enter")
public class Enter extends HttpServlet {
    static final String NAME = "name";

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String name = request.getParameter(NAME);
        if (name == null || name.isBlank() || name.length() > 30) {
            response.sendError(HttpServletResponse.SC_BAD_REQUEST, "A name has 1 to 30 characters.");
            return;
        }
        request.getSession().setAttribute(NAME, name.strip());
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    }
}

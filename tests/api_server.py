"""A server whose methods are called with API keys, as another program does."""

import requests

from server import Server


class ApiServer(Server):
    """A server whose methods are called with API keys."""

    def call(self, key, model, method, **arguments):
        """Call a method over JSON-2.

        :return: (HTTP status, answer)
        """
        response = requests.post(
            f"{self.url}/json/2/{model}/{method}",
            json=arguments,
            headers={"Authorization": f"Bearer {key}"},
            timeout=60,
        )
        return response.status_code, response.json()

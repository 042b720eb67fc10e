# Odoo with this suite, on the official image.
FROM odoo:19.0

USER root
COPY requirements.txt /tmp/requirements.txt
# requirements.txt is complete; the addons of the OCA ask for Odoo, which is there
RUN pip install --no-cache-dir --break-system-packages --ignore-installed --no-deps \
        -r /tmp/requirements.txt \
    && rm /tmp/requirements.txt
COPY odoo.conf /etc/odoo/odoo.conf
COPY addons /mnt/extra-addons
USER odoo

# Odoo with this suite, on the official image.
FROM odoo:19.0

USER root
COPY requirements.txt constraints.txt /tmp/
RUN pip install --no-cache-dir --break-system-packages --ignore-installed \
        -r /tmp/requirements.txt -c /tmp/constraints.txt \
    && rm /tmp/requirements.txt /tmp/constraints.txt
COPY odoo.conf /etc/odoo/odoo.conf
COPY addons /mnt/extra-addons
USER odoo

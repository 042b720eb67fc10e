# Odoo with this suite, on the official image.
FROM odoo:19.0

USER root
COPY requirements.txt constraints.txt /tmp/
# the addons of the OCA ask pip for Odoo, which is there but not from pip
RUN cd /tmp \
    && grep '^odoo-addon-' requirements.txt > addons.txt \
    && grep -v '^odoo-addon-' requirements.txt > libraries.txt \
    && pip install --no-cache-dir --break-system-packages --ignore-installed --no-deps \
        -r addons.txt \
    && pip install --no-cache-dir --break-system-packages --ignore-installed \
        -r libraries.txt -c constraints.txt \
    && rm requirements.txt constraints.txt addons.txt libraries.txt
COPY odoo.conf /etc/odoo/odoo.conf
COPY addons /mnt/extra-addons
USER odoo
